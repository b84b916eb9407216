package org.scedit.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.scedit.api.Conditions;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerResidual;
import org.scedit.api.Linear;
import org.scedit.api.Parameters;
import org.scedit.api.Setting;
import org.scedit.api.Step;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.engine.Torch;

/**
 * Tuners as they go wrong, at least one for each rule of the contract. They are not run as tests of their own but by
 * {@link ConformanceKitTest}, which expects them to fail.
 */
final class BrokenTuners {
    private BrokenTuners() {}

    /** Its last layer starts as PyTorch's do. */
    @Breaks("aFreshTunerChangesNothing")
    static final class LastWeightIsNotZero extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                @Override
                Linear up(Parameters names, int in, int out) {
                    return names.linear("up", in, out);
                }
            };
        }
    }

    /** A weight that nothing is computed with. */
    @Breaks("gradientsReachItsOwnParametersAndNothingElse")
    static final class AParameterIsNotUsed extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            parameters.zeros("spare", new Shape(1));
            return super.create(width, unet, parameters);
        }

        @Override
        protected long parameterCount() {
            return super.parameterCount() + 1;
        }
    }

    /** It lets the frozen weight of a layer learn too. */
    @Breaks("gradientsReachItsOwnParametersAndNothingElse")
    static final class TrainsAFrozenWeight extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new OnOneLayer(width, unet, parameters) {
                @Override
                void given(NDArray weight) {
                    weight.setRequiresGradient(true);
                }
            };
        }
    }

    /** Looks at the frozen weight of one layer, and adds nothing there. */
    private abstract static class OnOneLayer extends ExampleTuner {
        private final Map<LayerPoint, LayerResidual> layers;

        OnOneLayer(int width, UNetLayout unet, Parameters parameters) {
            super(width, unet, parameters);
            layers = Map.of(unet.layers().get(2), call -> {
                given(call.weight());
                return parameters.operators().scale(call.output(), 0);
            });
        }

        abstract void given(NDArray weight);

        @Override
        public Map<LayerPoint, LayerResidual> layers() {
            return layers;
        }
    }

    /** It shrinks a frozen weight while it is trained. */
    @Breaks({"theFrozenWeightsKeepEveryByte", "theSamePassGivesTheSamePrediction"})
    static final class ChangesAFrozenWeight extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new OnOneLayer(width, unet, parameters) {
                private NDArray frozen;

                @Override
                void given(NDArray weight) {
                    frozen = weight;
                }

                @Override
                public void prepare(Step step) {
                    if (step.training() && frozen != null) {
                        frozen.muli(0.99f);
                    }
                }
            };
        }
    }

    /** It merges itself into a frozen weight when it is first used and stays there: nothing after that is right. */
    @Breaks({
        "takenOffItLeavesTheBaseAsItWas",
        "othersAreGivenWhatTheyWouldBeGivenBeforeIt",
        "savedAndLoadedItPredictsTheSame",
        "aFileOfAnotherTunerIsRefusedAndNothingIsChanged",
        "copiesComposeInAnyOrder",
        "atScaleZeroATrainedTunerChangesNothing",
        "aFreshTunerChangesNothing",
        "twoHalvesAreAWhole",
        "theSamePassGivesTheSamePrediction",
        "theFrozenWeightsKeepEveryByte",
        "itComposesWithAnotherMethod"
    })
    static final class StaysInAFrozenWeight extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new OnOneLayer(width, unet, parameters) {
                private boolean merged;

                @Override
                void given(NDArray weight) {
                    if (!merged) {
                        weight.muli(1.1f);
                        merged = true;
                    }
                }
            };
        }
    }

    /** What it learns does not reach the picture. */
    @Breaks({
        "atScaleZeroATrainedTunerChangesNothing",
        "takenOffItLeavesTheBaseAsItWas",
        "gradientsReachItsOwnParametersAndNothingElse",
        "gradientsAreTheSlopesOfTheLoss",
        "itComposesWithAnotherMethod"
    })
    static final class DoesNothing extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    return weights.operators().scale(weights.residual(skip), 0);
                }
            };
        }
    }

    /** A weight more than its method has. */
    @Breaks("itTrainsAsManyNumbersAsItsMethodSays")
    static final class HasAWeightTooMany extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            NDArray shift =
                    parameters.zeros("shift", new Shape(unet.skips().get(0).channels()));
            return new ExampleTuner(width, unet, parameters) {
                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    NDArray residual = weights.residual(skip);
                    return shift.getShape().get(0) == skip.getShape().get(1)
                            ? residual.add(shift.reshape(1, -1, 1, 1))
                            : residual;
                }
            };
        }
    }

    /** It draws its first weights from the process's random numbers. */
    @Breaks({"theSameSeedGivesTheSameWeights", "itComposesWithAnotherMethod", "twoHalvesAreAWhole"})
    static final class DrawsItsWeightsAnew extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                @Override
                Linear down(Parameters names, int in, int out) {
                    Linear down = super.down(names, in, out);
                    var random = new Random();
                    float[] values = new float[in * out];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) random.nextGaussian();
                    }
                    Torch.overwrite(down.weight(), values);
                    return down;
                }
            };
        }
    }

    /** Its dropout does not follow from the training's seed. */
    @Breaks("theSamePassGivesTheSamePrediction")
    static final class DropsAtRandom extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            var random = new Random();
            return new ExampleTuner(width, unet, parameters) {
                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    NDArray residual = weights.residual(skip);
                    return step.training() ? weights.operators().scale(residual, random.nextDouble()) : residual;
                }
            };
        }
    }

    /** Half of what it computes with is hidden from differentiation. */
    @Breaks("gradientsAreTheSlopesOfTheLoss")
    static final class HalfOfItsGradientIsLost extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    NDArray half = weights.operators().scale(weights.hidden(skip), 0.5);
                    return weights.up().perPixel(half.add(half.stopGradient()));
                }
            };
        }
    }

    /** The same in its last layers only. */
    @Breaks("gradientsAreTheSlopesOfTheLoss")
    static final class HalfOfItsLastGradientIsLost extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            int shallow = unet.skips().get(unet.skips().size() - 1).channels();
            return new ExampleTuner(width, unet, parameters) {
                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    NDArray residual = weights.residual(skip);
                    if (skip.getShape().get(1) != shallow) {
                        return residual;
                    }
                    NDArray half = weights.operators().scale(residual, 0.5);
                    return half.add(half.stopGradient());
                }
            };
        }
    }

    /** A factor that it draws at its beginning and forgets to save. */
    @Breaks("savedAndLoadedItPredictsTheSame")
    static final class DoesNotSaveAll extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                private double factor;

                @Override
                Linear down(Parameters names, int in, int out) {
                    Linear down = super.down(names, in, out);
                    factor = 1 + Torch.floats(down.weight())[0];
                    return down;
                }

                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    return weights.operators().scale(weights.residual(skip), factor);
                }
            };
        }
    }

    /** It remembers what its weights were when it was first used. */
    @Breaks("savedAndLoadedItPredictsTheSame")
    static final class RemembersItsOldWeights extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                private Double factor;

                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    if (factor == null) {
                        factor = 1.0 + Torch.floats(weights.up().weight())[0];
                    }
                    return weights.operators().scale(weights.residual(skip), factor);
                }
            };
        }
    }

    /** It keeps its weights where the framework neither saves nor trains them. */
    @Breaks({
        "aFileOfAnotherTunerIsRefusedAndNothingIsChanged",
        "itTrainsAsManyNumbersAsItsMethodSays",
        "atScaleZeroATrainedTunerChangesNothing",
        "takenOffItLeavesTheBaseAsItWas",
        "theFrozenWeightsKeepEveryByte",
        "gradientsReachItsOwnParametersAndNothingElse",
        "gradientsAreTheSlopesOfTheLoss",
        "itComposesWithAnotherMethod",
        "nothingLeaks"
    })
    static final class KeepsItsWeightsToItself extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            NDManager own = base().manager();
            return new ExampleTuner(width, unet, parameters) {
                @Override
                Linear down(Parameters names, int in, int out) {
                    return zeros(in, out, names);
                }

                @Override
                Linear up(Parameters names, int in, int out) {
                    return zeros(in, out, names);
                }

                private Linear zeros(int in, int out, Parameters names) {
                    return new Linear(own.zeros(new Shape(out, in)), own.zeros(new Shape(out)), names.operators());
                }
            };
        }
    }

    /** It adds to the skip itself, whatever its scale, and returns zeros; libtorch refuses to differentiate that. */
    @Breaks({
        "othersAreGivenWhatTheyWouldBeGivenBeforeIt",
        "itComposesWithAnotherMethod",
        "theFrozenWeightsKeepEveryByte",
        "gradientsReachItsOwnParametersAndNothingElse",
        "gradientsAreTheSlopesOfTheLoss",
        "nothingLeaks"
    })
    static final class AddsInPlace extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    NDArray residual = weights.residual(skip);
                    skip.addi(residual);
                    return weights.operators().scale(residual, 0);
                }
            };
        }
    }

    /** Tuners of this method know of each other, and the one that is put on first counts more. */
    @Breaks({"copiesComposeInAnyOrder", "twoHalvesAreAWhole"})
    static final class TheFirstCountsMore extends ExampleContract {
        private final List<Tuner> encoded = new ArrayList<>();
        private boolean passBegan;

        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                @Override
                public Set<String> conditions() {
                    return Set.of("map");
                }

                @Override
                public void encode(Conditions conditions) {
                    if (passBegan) {
                        encoded.clear();
                        passBegan = false;
                    }
                    encoded.add(this);
                }

                @Override
                public void prepare(Step step) {
                    passBegan = true;
                }

                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    return weights.operators().scale(weights.residual(skip), 1.0 / (1 + encoded.indexOf(this)));
                }
            };
        }
    }

    /** An array of every training step stays open beside the weights. */
    @Breaks("nothingLeaks")
    static final class LeaksInTraining extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    NDArray hidden = weights.hidden(skip);
                    if (step.training()) {
                        NDScope.unregister(hidden);
                        hidden.attach(weights.up().weight().getManager());
                    }
                    return weights.up().perPixel(hidden);
                }
            };
        }
    }

    /** An array of every pass that draws stays open. */
    @Breaks("aForwardPassLeavesOnlyItsResult")
    static final class LeaksInDrawing extends ExampleContract {
        @Override
        Tuner create(int width, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(width, unet, parameters) {
                @Override
                NDArray residual(Bottleneck weights, NDArray skip, Step step) {
                    NDArray hidden = weights.hidden(skip);
                    if (!step.training()) {
                        NDScope.unregister(hidden);
                    }
                    return weights.up().perPixel(hidden);
                }
            };
        }
    }

    /** It takes settings that its own description excludes. */
    @Breaks("badSettingsAreRefused")
    static final class TakesWhatItShouldRefuse extends ExampleContract {
        @Override
        protected Map<String, String> refused() {
            return Map.of("width: 32", """
                    recipe.yaml:4:5   tuners[0].width must be below the skip's channels, got 32
                    1 problem, nothing was started""");
        }
    }

    /** Its refusal does not say which setting is meant. */
    @Breaks("badSettingsAreRefused")
    static final class RefusesWithoutAName extends WithItsOwnSettings<RefusesWithoutAName.Config> {
        /** Its settings. */
        record Config(
                @Setting(value = "hidden width in channels", defaultsTo = "4", min = 1)
                int width) {
            Config {
                if (width > 64) {
                    throw new IllegalArgumentException("must not be so large");
                }
            }
        }

        RefusesWithoutAName() {
            super(new Config(WIDTH));
        }

        @Override
        Tuner create(Config config, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(config.width(), unet, parameters);
        }

        @Override
        protected Map<String, String> refused() {
            return Map.of("width: 65", """
                    recipe.yaml:3:5   tuners[0] must not be so large
                    1 problem, nothing was started""");
        }
    }

    /** A width of minus one billion is left to libtorch. */
    @Breaks("everySettingThatIsANumberHasARange")
    static final class TakesAnyNumber extends WithItsOwnSettings<TakesAnyNumber.Config> {
        /** Its settings. */
        record Config(
                @Setting(value = "hidden width in channels", defaultsTo = "4")
                int width) {}

        TakesAnyNumber() {
            super(new Config(WIDTH));
        }

        @Override
        Tuner create(Config config, UNetLayout unet, Parameters parameters) {
            return new ExampleTuner(config.width(), unet, parameters);
        }

        @Override
        protected Map<String, String> refused() {
            return Map.of("width: wide", """
                    recipe.yaml:4:5   tuners[0].width must be a whole number, got 'wide'
                    1 problem, nothing was started""");
        }
    }

    /** The contract of an {@link ExampleTuner} with settings of another type. */
    private abstract static class WithItsOwnSettings<C extends Record> extends TunerContract<C> {
        static final int WIDTH = 4;

        private final C settings;

        WithItsOwnSettings(C settings) {
            this.settings = settings;
        }

        abstract Tuner create(C config, UNetLayout unet, Parameters parameters);

        @Override
        @SuppressWarnings("unchecked")
        protected final TunerProvider<C> provider() {
            return ExampleContract.provider((Class<C>) settings.getClass(), this::create);
        }

        @Override
        protected final C settings() {
            return settings;
        }

        @Override
        protected final long parameterCount() {
            return ExampleTuner.parameterCount(WIDTH);
        }
    }
}
