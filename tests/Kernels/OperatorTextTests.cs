using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>
/// An operator's text is the key of its tuned choice, so that operators that differ in anything they compute differ in their text: for
/// every operator there is, and every member that can be set.
/// </summary>
public sealed class OperatorTextTests
{
    // What a parameter holds at first is nothing an operator computes.
    private static readonly string[] NoMatter = [nameof(Linear.WeightInitializer)];

    private static IEnumerable<Type> Types =>
        typeof(Operator).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Operator)) && !t.IsAbstract);

    private static Operator[] Samples { get; } =
    [
        .. typeof(IOperatorReference).Assembly.GetTypes()
            .Where(t => !t.IsInterface && t.IsAssignableTo(typeof(IOperatorReference)))
            .SelectMany(t => (IEnumerable<Operator>)t
                .GetProperty(nameof(IOperatorReference.Cases), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!),
    ];

    [Test]
    public void Operators_that_differ_say_so([ValueSource(nameof(Types))] Type type)
    {
        Operator[] samples = [.. Samples.Where(s => s.GetType() == type)];
        Assert.That(samples, Is.Not.Empty);
        foreach (Operator op in samples)
        {
            foreach (PropertyInfo property in type.GetProperties().Where(p => IsSet(p) && !NoMatter.Contains(p.Name)))
            {
                foreach (object other in property.GetValue(op) is { } value ? Others(value) : Present(property))
                {
                    Operator changed = With(op, property, other);
                    Assert.That(changed.ToString(), Is.Not.EqualTo(op.ToString()), $"{property.Name}: {other}");
                }
            }
        }
        Assert.That(samples.Distinct().Select(s => s.ToString()), Is.Unique);
    }

    private static bool IsSet(PropertyInfo property) => property.SetMethod is not null || Backing(property) is not null;

    private static FieldInfo? Backing(PropertyInfo property) =>
        property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic);

    // As `with` does it; a positional member that a record declares anew has no setter.
    private static T With<T>(T record, PropertyInfo property, object value)
        where T : notnull
    {
        object copy = record.GetType().GetMethod("<Clone>$")?.Invoke(record, null) ?? RuntimeHelpers.GetObjectValue(record);
        if (property.SetMethod is { } set)
            set.Invoke(copy, [value]);
        else
            Backing(property)!.SetValue(copy, value);
        return (T)copy;
    }

    // Values of a member that may be left out.
    private static IEnumerable<object> Present(PropertyInfo property) => property.PropertyType == typeof(int?) ? [0, 1]
        : throw new ArgumentException($"No value of {property.PropertyType} is known here.");

    // Other values of a member, each of which computes something else.
    private static IEnumerable<object> Others(object value) => value switch
    {
        int i => [i + 1],
        bool b => [!b],
        float f => [(f / 2) + 0.0625f, f + 0.0625f],
        // Integers are inputs of a graph, which no operator stores.
        Enum e => Enum.GetValues(e.GetType()).Cast<object>().Where(o => !o.Equals(e) && !o.Equals(ElementType.Int32)),
        ImmutableArray<Shape> shapes => Others(shapes),
        ImmutableArray<float> floats => [floats.SetItem(0, floats[0] + 0.0625f), floats.Add(floats[0])],
        ImmutableArray<ElementwiseLink> links =>
            Others(links[^1]).Select(o => (object)links.SetItem(links.Length - 1, (ElementwiseLink)o)).Append(links.Add(links[0])),
        Epilogue epilogue => Others(epilogue),
        ChannelSlice or Shape or Window or Storage => value.GetType().GetProperties().Where(p => p.SetMethod is not null)
            .SelectMany(p => Others(p.GetValue(value)!).Select(o => With(value, p, o))),
        _ => throw new ArgumentException($"No other value of {value.GetType().Name} is known here."),
    };

    private static IEnumerable<object> Others(ElementwiseLink link) =>
    [
        .. Enum.GetValues<ElementwiseLinkKind>().Where(k => k != link.Kind).Select(k => link with { Kind = k }),
        .. link.HasOperand
            ? []
            : Enum.GetValues<ActivationKind>().Where(a => a != link.Activation).Select(a => link with { Activation = a }),
    ];

    private static IEnumerable<object> Others(ImmutableArray<Shape> shapes) =>
        Others((object)shapes[^1]).Select(o => (object)shapes.SetItem(shapes.Length - 1, (Shape)o)).Append(shapes.Add(shapes[0]));

    private static IEnumerable<object> Others(Epilogue epilogue)
    {
        foreach (PropertyInfo property in typeof(Epilogue).GetProperties().Where(p => p.SetMethod is not null))
        {
            object? value = property.GetValue(epilogue);
            IEnumerable others = value is not null ? Others(value)
                : property.PropertyType == typeof(float?) ? new object[] { 1e-5f, 1e-3f }
                : property.PropertyType == typeof(ChannelSlice?) ? new object[] { new ChannelSlice(0, 64, false) }
                : throw new ArgumentException($"No value of {property.PropertyType} is known here.");
            foreach (object other in others)
                yield return With(epilogue, property, other);
        }
    }
}
