namespace GpuNet.Cli;

/// <summary>Files that appear under their name only once they are complete.</summary>
internal static class WholeFile
{
    public static void Write(string path, string text)
    {
        string temporary = path + ".tmp";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }
}
