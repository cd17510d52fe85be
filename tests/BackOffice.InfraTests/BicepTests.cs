namespace BackOffice.InfraTests;

/// <summary>The Bicep files themselves.</summary>
public class BicepTests(Infra infra)
{
    [Fact]
    public void Bicep_Compiles_WithoutErrorOrWarning()
    {
        Assert.Equal(3, infra.Results.Count);
        Assert.All(infra.Results, compiled => Assert.True(compiled.Value is { ExitCode: 0, Complaints: "" }, $"{compiled.Key}: {compiled.Value.Complaints}"));
    }

    /// <summary>The rules of bicepconfig.json are errors, and what breaks one does not pass unseen.</summary>
    [Fact]
    public async Task Bicep_ThatBreaksARule_DoesNotCompile()
    {
        var folder = Directory.CreateTempSubdirectory("backoffice-lint-");
        try
        {
            File.Copy(Path.Combine(Repository.Infra, "bicepconfig.json"), Path.Combine(folder.FullName, "bicepconfig.json"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "bad.bicep"), "param unused string\noutput url string = 'https://st.blob.core.windows.net'\n", TestContext.Current.CancellationToken);
            var result = await Bicep.RunAsync(folder.FullName, new Dictionary<string, string>(), "build", "bad.bicep", "--stdout");
            Assert.NotEqual(0, result.ExitCode);
            Assert.All(["no-unused-params", "use-description-params", "no-hardcoded-env-urls"], rule => Assert.Contains($"Error {rule}", result.Complaints, StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Bicep_IsFormatted()
    {
        var folder = Directory.CreateTempSubdirectory("backoffice-format-");
        try
        {
            Repository.CopyOfInfra(folder.FullName);
            // Two files that are not, to see that both kinds are looked at.
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "crooked.bicep"), "param   a   string", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "crooked.bicepparam"), "using   'crooked.bicep'", TestContext.Current.CancellationToken);
            var runs = await Task.WhenAll(new[] { "**/*.bicep", "**/*.bicepparam" }.Select(pattern => Bicep.RunAsync(folder.FullName, new Dictionary<string, string>(), "format", "--pattern", pattern)));
            Assert.All(runs, run => Assert.Equal(0, run.ExitCode));
            Assert.StartsWith("param a string", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "crooked.bicep"), TestContext.Current.CancellationToken));
            Assert.StartsWith("using 'crooked.bicep'", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "crooked.bicepparam"), TestContext.Current.CancellationToken));
            Assert.All(Repository.BicepFiles(), file => Assert.True(Repository.Read("infra/" + file) == File.ReadAllText(Path.Combine(folder.FullName, file)).ReplaceLineEndings("\n"), $"infra/{file}: run 'bicep format' on it."));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("AZURE_ENV_NAME")]
    [InlineData("BACKOFFICE_CLIENT_ID")]
    [InlineData("BACKOFFICE_ALERT_EMAIL")]
    public void Parameters_WithoutAnAnswer_AreNotGuessed(string variable) =>
        Assert.Contains($"readEnvironmentVariable('{variable}')", Repository.Read("infra/main.bicepparam"), StringComparison.Ordinal);

    [Fact]
    public void Bicep_UsesModulesOfItsOwnOnly()
    {
        var files = Repository.BicepFiles().ConvertAll(file => Repository.Read("infra/" + file));
        Assert.All(files, file => Assert.DoesNotMatch("'(br|ts|az)[:/]", file));
    }
}
