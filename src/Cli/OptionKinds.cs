using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace GpuNet.Cli;

/// <summary>Options of a few kinds, each with its check, so that a wrong value is told with the rule it breaks.</summary>
internal static class OptionKinds
{
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<string> Text(string name, string description, string placeholder) =>
        new(name) { Description = description, HelpName = placeholder };

    public static Option<string> Required(string name, string description, string placeholder) =>
        new(name) { Description = description, HelpName = placeholder, Required = true };

    public static Option<string> OneOf(string name, string description, IEnumerable<string> values)
    {
        string[] known = [.. values];
        return new Option<string>(name)
        {
            Description = $"{description}: {string.Join(", ", known)}",
            HelpName = "name",
            CustomParser = result => Check(result, known.Contains(Single(result)), Single(result), $"one of {string.Join(", ", known)}"),
        };
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int?> Whole(string name, string description, int least, int most = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "n",
        CustomParser = result =>
        {
            bool valid = int.TryParse(Single(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                && value >= least && value <= most;
            return Check<int?>(result, valid, value, most == int.MaxValue
                ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}");
        },
    };

    /// <summary>A finite number that satisfies a rule.</summary>
    public static Option<float?> Number(string name, string description, string rule, Func<float, bool> holds) =>
        Number<float>(name, description, rule, holds);

    /// <summary>A finite number of either precision that satisfies a rule.</summary>
    public static Option<T?> Number<T>(string name, string description, string rule, Func<T, bool> holds)
        where T : struct, IFloatingPointIeee754<T> => new(name)
        {
            Description = description,
            HelpName = "x",
            CustomParser = result =>
            {
                bool valid = T.TryParse(Single(result), NumberStyles.Float, CultureInfo.InvariantCulture, out T value)
                    && T.IsFinite(value) && holds(value);
                return Check<T?>(result, valid, value, rule);
            },
        };

    /// <summary>A rate at which something is dropped.</summary>
    public static Option<float?> Rate(string name, string description) =>
        Number(name, description, "a number from 0 up to, not including, 1", v => v is >= 0 and < 1);

    /// <summary>True or false, which has to be said; as text, because a parser takes the value of a truth option to be optional.</summary>
    public static Option<string> Choice(string name, string description)
    {
        Option<string> option = OneOf(name, description, ["true", "false"]);
        option.Description = description;
        option.HelpName = "true|false";
        return option;
    }

    private static string Single(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    private static T? Check<T>(ArgumentResult result, bool valid, T value, string rule)
    {
        if (valid)
            return value;
        string name = result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
        result.AddError($"{name}: expected {rule}, got '{Single(result)}'");
        return default;
    }
}
