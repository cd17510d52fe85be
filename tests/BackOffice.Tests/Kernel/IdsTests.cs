using BackOffice.Kernel;

namespace BackOffice.Tests.Kernel;

public class IdsTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("A1._:-", true)]
    [InlineData("-a", false)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a#b", false)]
    [InlineData("ä", false)]
    [InlineData("a\n", false)]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234", true)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345", false)]
    public void IsEntity_FollowsTheGrammar(string id, bool good) => Assert.Equal(good, Ids.IsEntity(id));

    [Theory]
    [InlineData("acme-2025", true)]
    [InlineData("Acme", false)]
    [InlineData("a_b", false)]
    [InlineData("", false)]
    public void IsBook_FollowsTheGrammar(string id, bool good) => Assert.Equal(good, Ids.IsBook(id));

    [Fact]
    public void Digest_IsTheBeginningOfSha256() => // SHA-256("abc") = ba7816bf 8f01cfea 414140de 5dae2223 …
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223", Ids.Key("abc"));
}
