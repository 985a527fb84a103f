// Every kernel argument that is memory is a view of float32 elements.
global using View = ILGPU.ArrayView<float>;
