package org.scedit.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.scedit.api.EncoderCopy;
import org.scedit.api.FeaturePoint;
import org.scedit.api.SkipPoint;
import org.scedit.api.Step;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;

class UNetEncoderCopyTest {
    private static final Shape CONV_IN_OUTPUT = new Shape(2, 4, 6, 4);

    private final SmallUNet small = new SmallUNet();
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();
    private final EncoderCopy copy = new UNetEncoderCopy(small.unet, this::duplicate);

    private NDArray duplicate(String name, Shape shape) {
        NDArray original = small.unet.parameters().get(name).value();
        assertThat(shape).isEqualTo(original.getShape());
        arrays.put(name, original.duplicate());
        return arrays.get(name);
    }

    @AfterEach
    void close() {
        small.close();
    }

    @Test
    void itsParametersAreTheUNetsFirstOnesUpToTheMidBlock() {
        List<String> names = List.copyOf(arrays.keySet());
        List<String> all = List.copyOf(small.unet.parameters().shapes().keySet());
        assertThat(names).isEqualTo(all.subList(0, names.size()));
        assertThat(all.get(names.size())).isEqualTo("up_blocks.0.resnets.0.norm1.weight");
    }

    @Test
    void withNothingAddedItComputesTheUNetsFeatures() {
        Map<Integer, float[]> skips = new LinkedHashMap<>();
        Map<String, float[]> features = new LinkedHashMap<>();
        small.forward(new Hooks() {
            @Override
            public NDArray skip(SkipPoint point, NDArray skip) {
                skips.put(point.encoderIndex(), Torch.floats(skip));
                return skip;
            }

            @Override
            public NDArray feature(FeaturePoint point, NDArray feature) {
                features.put(point.name(), Torch.floats(feature));
                return feature;
            }
        });
        EncoderCopy.Features copied = copy.forward(step(), small.manager.zeros(CONV_IN_OUTPUT));
        assertThat(copied.skips()).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertThat(Torch.floats(copied.skips().get(i))).isEqualTo(skips.get(i));
        }
        assertThat(Torch.floats(copied.midBlock())).isEqualTo(features.get("mid_block"));
    }

    @Test
    void theFirstSkipIsConvInsOutputPlusWhatIsAdded() {
        NDArray added = Torch.normal(small.manager, 4, CONV_IN_OUTPUT);
        NDArray plain = copy.forward(step(), small.manager.zeros(CONV_IN_OUTPUT))
                .skips()
                .get(0);
        NDArray edited = copy.forward(step(), added).skips().get(0);
        assertThat(Torch.floats(edited)).isEqualTo(Torch.floats(plain.add(added)));
    }

    @Test
    void onlyItsFeaturesStayOpenUntilTheScopeAroundItCloses() {
        NDArray added = small.manager.zeros(CONV_IN_OUTPUT);
        int before = small.manager.getManagedArrays().size();
        try (Scope scope = new Scope()) {
            EncoderCopy.Features features = copy.forward(step(), added);
            assertThat(small.manager.getManagedArrays()).hasSize(before + 5);
            scope.keep(features.midBlock());
        }
        assertThat(small.manager.getManagedArrays()).hasSize(before + 1);
    }

    @Test
    void everyParameterIsTrainedByWhatItComputes() {
        arrays.values().forEach(array -> array.setRequiresGradient(true));
        NDArray added = small.manager.zeros(CONV_IN_OUTPUT);
        try (Autograd autograd = Autograd.record()) {
            NDArray middle = copy.forward(step(), added).midBlock();
            autograd.backward(new Ops().meanSquare(middle, Torch.normal(small.manager, 5, middle.getShape())));
        }
        arrays.forEach((name, array) ->
                assertThat(array.getGradient().abs().sum().getFloat()).as(name).isPositive());
        assertThat(small.unet.parameters().all())
                .noneMatch(parameter -> parameter.value().hasGradient());
    }

    @Test
    void anAddedFeatureOfAnotherShapeIsRefused() {
        assertThatThrownBy(() -> copy.forward(step(), small.manager.zeros(new Shape(1, 4, 6, 4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("what is added to the output of conv_in has shape (1, 4, 6, 4), expected (2, 4, 6, 4); it "
                        + "needs one feature for each picture of the batch, at the resolution of the latents");
    }

    private Step step() {
        return new Step() {
            @Override
            public float[] timesteps() {
                return small.timesteps;
            }

            @Override
            public NDArray latents() {
                return small.latents;
            }

            @Override
            public NDArray text() {
                return small.text;
            }

            @Override
            public boolean training() {
                return false;
            }

            @Override
            public NDArray dropout(NDArray x, double probability) {
                return x;
            }
        };
    }
}
