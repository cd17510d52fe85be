using System.Runtime.CompilerServices;

namespace BackOffice.Tests;

/// <summary>Holds a text against the approved one in folder Approved. A change on purpose: look at the .received.txt beside it and rename it.</summary>
internal static class Approved
{
    public static void Matches(string name, string received, [CallerFilePath] string source = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(source)!, "Approved");
        while (!Directory.Exists(folder)) folder = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(folder)!)!, "Approved");
        var approvedFile = Path.Combine(folder, name + ".txt");
        var receivedFile = Path.Combine(folder, name + ".received.txt");
        var approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile).ReplaceLineEndings("\n") : "";
        received = received.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (approved == received)
        {
            File.Delete(receivedFile);
            return;
        }

        File.WriteAllText(receivedFile, received);
        Assert.Fail($"{name} is not as approved. Compare {approvedFile} with {receivedFile}; if the change is meant, rename the latter.");
    }
}
