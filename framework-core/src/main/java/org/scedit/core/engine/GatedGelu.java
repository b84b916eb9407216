package org.scedit.core.engine;

import ai.djl.ndarray.NDArray;

/**
 * {@code a · gelu(gate)} of the halves of the last axis, the exact GELU. Keeps its input only: recorded by libtorch,
 * {@code gelu(gate)} would be kept too, half as much again, and the halves' gradients copied together.
 */
final class GatedGelu implements Autograd.Differentiable {
    private static final ScriptFunction FORWARD = ScriptFunction.compile(
            new String[] {"x"},
            "a, gate, = torch.chunk(x, 2, -1)",
            "return torch.mul(a, torch.gelu(gate, approximate=\"none\"))");

    private static final ScriptFunction BACKWARD = ScriptFunction.compile(
            new String[] {"x", "g"},
            "a, gate, = torch.chunk(x, 2, -1)",
            "d = torch.empty_like(x)",
            "da, dgate, = torch.chunk(d, 2, -1)",
            "m1 = torch.mul(g, torch.gelu(gate, approximate=\"none\"), out=da)",
            "m2 = torch.gelu_backward(torch.mul(g, a), gate, approximate=\"none\", grad_input=dgate)",
            "return d");

    @Override
    public NDArray forward(NDArray... inputs) {
        return FORWARD.call(inputs);
    }

    @Override
    public NDArray[] backward(NDArray[] inputs, NDArray output, NDArray gradient) {
        return new NDArray[] {BACKWARD.call(inputs[0], gradient)};
    }
}
