using System.Reflection;

namespace GpuNet.Kernels;

/// <summary>
/// Policies are types that say how a generic kernel or host loop does something: an activation, how values lie in memory, a vector width.
/// They are chosen when an operator is bound, and the code is compiled for each choice, so that nothing is left to decide in a loop.
/// </summary>
internal static class Policies
{
    /// <summary>
    /// Closes a generic static method over policies. The method is given with any policies that satisfy it, which so are checked by the
    /// compiler, and its signature does not depend on them:
    /// <c>Policies.Close(ActivationKernels.Forward&lt;Identity&gt;, kind.Policy())</c>.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="policies">The types it is closed over instead, in the order of its type parameters.</param>
    public static TDelegate Close<TDelegate>(TDelegate method, params Type[] policies)
        where TDelegate : Delegate => Close(method.Method, policies).CreateDelegate<TDelegate>();

    /// <summary>A generic policy closed over others: <c>Policies.Of(typeof(Activate&lt;&gt;), kind.Policy())</c>.</summary>
    public static Type Of(Type policy, params Type[] policies) => policy.MakeGenericType(policies);

    /// <summary>Makes an object of a generic class closed over policies.</summary>
    /// <param name="type">The class: <c>typeof(BatchNormHost&lt;,&gt;)</c>.</param>
    /// <param name="policies">The types it is closed over.</param>
    /// <param name="arguments">What its constructor takes.</param>
    public static T Create<T>(Type type, Type[] policies, params object[] arguments) =>
        (T)Activator.CreateInstance(Of(type, policies), BindingFlags.Instance | BindingFlags.Public | BindingFlags.DoNotWrapExceptions,
            null, arguments, null)!;

    private static MethodInfo Close(MethodInfo method, Type[] policies) => method.GetGenericMethodDefinition().MakeGenericMethod(policies);
}

/// <summary>
/// Marks a kernel that most of the time is spent in. Tests hold its CUDA code to what makes it so: no local memory, and no division
/// inside a loop.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HotKernelAttribute : Attribute
{
    /// <summary>Whether it reads global memory four floats at a time, where its type parameters allow it.</summary>
    public bool VectorLoads { get; init; }

    /// <summary>Whether it multiplies by matrix units.</summary>
    public bool MatrixUnits { get; init; }
}
