package org.scedit.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gradient of a computation does not depend on how its record is cut, kept or computed again. */
class AutogradTest {
    private static final Shape SHAPE = new Shape(3, 4);

    private final NDManager manager = Torch.newManager();
    private final Scope scope = new Scope();
    private final Ops ops = new Ops();

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    /** x³, whose own derivative counts its calls. */
    private static final class Cube implements Autograd.Differentiable {
        private int calls;

        @Override
        public NDArray forward(NDArray[] inputs, Consumer<NDArray> keep) {
            keep.accept(inputs[0].mul(inputs[0]));
            return inputs[0].mul(inputs[0]).mul(inputs[0]);
        }

        @Override
        public NDArray[] backward(Autograd.Kept kept, NDArray gradient) {
            calls++;
            NDArray square = kept.more().get(0);
            return new NDArray[] {square.add(square).add(square).mul(gradient)};
        }
    }

    private NDArray leaf(long seed) {
        NDArray x = Torch.normal(manager, seed, SHAPE);
        x.setRequiresGradient(true);
        return x;
    }

    /** Gradient of the mean square of {@code f(x)} with respect to x. */
    private float[] gradient(UnaryOperator<NDArray> f) {
        NDArray x = leaf(1);
        try (Autograd autograd = Autograd.record()) {
            autograd.backward(ops.meanSquare(f.apply(x), Torch.normal(manager, 2, SHAPE)));
        }
        return Torch.floats(x.getGradient());
    }

    private static void assertSame(float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("number %d", i).isCloseTo(expected[i], within(1e-6f));
        }
    }

    @Test
    void aFunctionsOwnDerivativeIsUsedOnce() {
        var cube = new Cube();
        float[] own = gradient(x -> ops.silu(Autograd.apply(cube, ops.gelu(x))));
        float[] plain = gradient(x -> {
            NDArray y = ops.gelu(x);
            return ops.silu(y.mul(y).mul(y));
        });
        assertSame(own, plain);
        assertThat(cube.calls).isEqualTo(1);
    }

    @Test
    void withoutRecordOrGradientItIsJustItsValue() {
        var cube = new Cube();
        NDArray frozen = Torch.normal(manager, 1, SHAPE);
        assertThat(Torch.floats(Autograd.apply(cube, leaf(1))))
                .isEqualTo(Torch.floats(frozen.mul(frozen).mul(frozen)));
        try (Autograd autograd = Autograd.record()) {
            assertThat(Autograd.apply(cube, frozen).hasGradient()).isFalse();
            assertThat(Autograd.cut(frozen)).isSameAs(frozen);
        }
    }

    @Test
    void whatIsUsedTwiceAfterACutGetsBothGradients() {
        float[] cut = gradient(x -> {
            NDArray y = Autograd.cut(ops.gelu(x));
            return ops.add(Autograd.apply(new Cube(), ops.silu(y)), y);
        });
        float[] plain = gradient(x -> {
            NDArray y = ops.gelu(x);
            NDArray s = ops.silu(y);
            return ops.add(s.mul(s).mul(s), y);
        });
        assertSame(cut, plain);
    }

    @Test
    void withoutTheCutTheGradientIsTheSame() {
        float[] uncut = gradient(x -> {
            NDArray y = ops.gelu(x);
            return ops.add(Autograd.apply(new Cube(), ops.silu(y)), y);
        });
        float[] plain = gradient(x -> {
            NDArray y = ops.gelu(x);
            NDArray s = ops.silu(y);
            return ops.add(s.mul(s).mul(s), y);
        });
        assertSame(uncut, plain);
    }

    @Test
    void whatMeetsInAJunctionIsPassedOnceAfterAllThatUsesIt() {
        var shared = new Cube();
        float[] joined = gradient(x -> {
            NDArray common = Autograd.apply(shared, x);
            Autograd.Junction junction = Autograd.junction();
            NDArray first = Autograd.cut(ops.gelu(junction.cut(ops.silu(common))));
            NDArray second = junction.cut(ops.gelu(common));
            return ops.add(Autograd.apply(new Cube(), first), second);
        });
        float[] plain = gradient(x -> {
            NDArray common = x.mul(x).mul(x);
            NDArray first = ops.gelu(ops.silu(common));
            return ops.add(first.mul(first).mul(first), ops.gelu(common));
        });
        assertSame(joined, plain);
        assertThat(shared.calls).isEqualTo(1);
    }

    @Test
    void whatIsRecomputedHasExactlyTheSameGradients() {
        NDArray weight = leaf(5);
        List<float[]> ofWeight = new ArrayList<>();
        List<float[]> ofInput = new ArrayList<>();
        for (boolean again : new boolean[] {false, true}) {
            NDArray x = leaf(1);
            NDArray w = leaf(5);
            try (Autograd autograd = Autograd.record()) {
                UnaryOperator<NDArray> block = y -> {
                    NDArray hidden = Autograd.cut(ops.gelu(y.mul(w)));
                    return ops.add(Autograd.apply(new Cube(), ops.silu(hidden)), hidden);
                };
                NDArray start = Autograd.cut(ops.silu(x));
                NDArray y = again ? Autograd.recomputed(in -> block.apply(in[0]), start) : block.apply(start);
                autograd.backward(ops.meanSquare(ops.add(y, start), weight));
            }
            ofInput.add(Torch.floats(x.getGradient()));
            ofWeight.add(Torch.floats(w.getGradient()));
        }
        assertThat(ofInput.get(1)).isEqualTo(ofInput.get(0));
        assertThat(ofWeight.get(1)).isEqualTo(ofWeight.get(0));
    }

    @Test
    void whatIsTrainedInsideIsRecomputedThoughTheInputNeedsNoGradient() {
        NDArray x = Torch.normal(manager, 7, SHAPE);
        NDArray target = leaf(6);
        List<float[]> ofWeight = new ArrayList<>();
        int[] calls = new int[1];
        for (boolean again : new boolean[] {false, true}) {
            NDArray w = leaf(5);
            UnaryOperator<NDArray> residual = y -> {
                calls[0]++;
                return ops.gelu(y.mul(w));
            };
            try (Autograd autograd = Autograd.record()) {
                NDArray y = again ? Autograd.recomputedTrained(in -> residual.apply(in[0]), x) : residual.apply(x);
                autograd.backward(ops.meanSquare(ops.add(y, x), target));
            }
            ofWeight.add(Torch.floats(w.getGradient()));
        }
        assertThat(ofWeight.get(1)).isEqualTo(ofWeight.get(0));
        assertThat(calls[0]).isEqualTo(3);
    }

    @Test
    void nothingIsLeftOfATape() {
        int before = manager.getManagedArrays().size();
        for (int i = 0; i < 3; i++) {
            try (Scope inner = new Scope();
                    Autograd autograd = Autograd.record()) {
                NDArray y = Autograd.cut(ops.gelu(leaf(1)));
                NDArray z = Autograd.recomputed(in -> ops.add(ops.silu(in[0]), in[0]), y);
                if (i < 2) {
                    autograd.backward(ops.meanSquare(ops.add(Autograd.apply(new Cube(), z), y), leaf(2)));
                }
            }
        }
        assertThat(manager.getManagedArrays()).hasSize(before);
    }
}
