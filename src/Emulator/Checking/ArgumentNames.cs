using System.Reflection;
using System.Runtime.CompilerServices;

namespace GpuNet.Emulation;

/// <summary>Gives the views among a kernel's arguments the names of its parameters.</summary>
internal static class ArgumentNames
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The arguments, a tuple, with named views.</summary>
    internal static TArguments Apply<TArguments>(TArguments arguments, ReadOnlySpan<string> names) where TArguments : struct
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<TArguments>())
            return arguments;
        object boxed = arguments;
        NameItems(boxed, names);
        return (TArguments)boxed;
    }

    private static void NameItems(object tuple, ReadOnlySpan<string> names)
    {
        // A tuple keeps seven items and a further tuple of the rest.
        int item = 0;
        foreach (FieldInfo field in tuple.GetType().GetFields())
        {
            object value = field.GetValue(tuple)!;
            if (item == 7)
                NameItems(value, names[7..]);
            else
                value = Name(value, names[item]);
            field.SetValue(tuple, value);
            item++;
        }
    }

    private static object Name(object value, string name)
    {
        if (value is ICheckedArgument view)
            return view.Named(name);
        if (value.GetType().IsPrimitive || value.GetType().IsEnum)
            return value;
        foreach (FieldInfo field in value.GetType().GetFields(Instance))
        {
            if (field.FieldType.IsValueType && !field.FieldType.IsPrimitive)
                field.SetValue(value, Name(field.GetValue(value)!, $"{name}.{field.Name}"));
        }
        return value;
    }
}
