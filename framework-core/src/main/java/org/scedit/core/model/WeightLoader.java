package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.scedit.core.UserException;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.weights.DType;
import org.scedit.core.weights.KeyReport;
import org.scedit.core.weights.TensorSource;
import org.scedit.core.weights.WeightSource;

/**
 * Fills a model's parameters from a file. Weights already in the wanted precision stay where they are, mapped
 * from the file: they cost page cache, which processes share, and no copy. To a CUDA device they are copied one by one
 * from there, and change their precision on it. Every key must be used and every parameter filled, or nothing is.
 */
public final class WeightLoader {
    private static final Pattern OF_LATENT_DIFFUSION =
            Pattern.compile("^(model\\.diffusion_model|first_stage_model|cond_stage_model|conditioner\\.embedders)\\.");

    private final NDManager manager;
    private final Precision precision;
    private final UnaryOperator<String> rename;
    private final Predicate<String> ignored;
    private final boolean asStored;
    private final Ops ops = new Ops();

    /** @param manager owns the arrays; they live until it is closed */
    public WeightLoader(NDManager manager, Precision precision) {
        this(manager, precision, name -> name, name -> false, false);
    }

    private WeightLoader(
            NDManager manager,
            Precision precision,
            UnaryOperator<String> rename,
            Predicate<String> ignored,
            boolean asStored) {
        this.manager = manager;
        this.precision = precision;
        this.rename = rename;
        this.ignored = ignored;
        this.asStored = asStored;
    }

    /** The same for files whose keys have other names: {@code rename} turns a file's key into a parameter's name. */
    public WeightLoader renaming(UnaryOperator<String> rename) {
        return new WeightLoader(manager, precision, rename, ignored, asStored);
    }

    /** The same, passing over keys that are known to hold no weight. */
    public WeightLoader ignoring(Predicate<String> ignored) {
        return new WeightLoader(manager, precision, rename, ignored, asStored);
    }

    /**
     * The same, leaving matrices of 16 bits as they are, half as large, to be widened at each use: the same numbers, for
     * what is used seldom. Vectors are brought to the precision.
     */
    public WeightLoader asStored() {
        return new WeightLoader(manager, precision, rename, ignored, true);
    }

    /** @throws UserException if a key is left over, a parameter is missing or a shape differs; the message lists them */
    public void load(ParameterSet parameters, TensorSource file) {
        var report = new KeyReport();
        Set<String> missing = new LinkedHashSet<>(parameters.shapes().keySet());
        for (WeightSource.Entry entry : file.tensors().values()) {
            String name = rename.apply(entry.name());
            Parameter parameter = parameters.get(name);
            if (parameter == null) {
                if (!ignored.test(entry.name())) {
                    report.unexpected(entry.name());
                }
            } else if (!fits(entry.shape(), parameter.shape())) {
                report.misfit(entry.name(), new Shape(entry.shape()), parameter.shape());
            }
            missing.remove(name);
        }
        report.missing(missing);
        boolean original = file.tensors().keySet().stream().anyMatch(OF_LATENT_DIFFUSION.asPredicate());
        if (original && !missing.isEmpty()) {
            throw new UserException(file.path() + ": these weights are in the original layout of Latent Diffusion, in a"
                    + " folder of diffusers' layout; nothing was loaded. Name the file itself as the model, or put the"
                    + " weights that diffusers saved into the folder");
        }
        report.text().ifPresent(text -> {
            throw new UserException(file.path() + ": these weights do not fit the model's configuration\n" + text
                    + "\nnothing was loaded; use the config.json they came with, or take them from their source again");
        });
        for (WeightSource.Entry entry : file.tensors().values()) {
            Parameter parameter = parameters.get(rename.apply(entry.name()));
            if (parameter != null) {
                parameter.set(read(file, entry, parameter.shape()));
            }
        }
    }

    /** 1×1 convolutions and linear layers hold the same numbers; old files keep one where new ones keep the other. */
    private static boolean fits(long[] found, Shape expected) {
        return trimmed(new Shape(found)).equals(trimmed(expected));
    }

    private static Shape trimmed(Shape shape) {
        int dimensions = shape.dimension();
        while (dimensions > 2 && shape.get(dimensions - 1) == 1) {
            dimensions--;
        }
        return shape.slice(0, dimensions);
    }

    private NDArray read(TensorSource file, WeightSource.Entry entry, Shape shape) {
        // what is not mapped would hold on to the heap's share of direct memory, which models are too large for
        boolean leaves = asStored && shape.dimension() > 1;
        boolean mapped = file.isMapped()
                && (entry.dtype() == DType.F32 && precision == Precision.FLOAT32
                        || entry.dtype() == DType.F16 && leaves);
        try (Scope scope = new Scope()) {
            NDArray stored =
                    switch (entry.dtype()) {
                        case F32 -> manager.create(file.data(entry.name()), shape, DataType.FLOAT32);
                        case F16 -> manager.create(file.data(entry.name()), shape, DataType.FLOAT16);
                        case BF16 -> Torch.of(manager, file.floats(entry.name()), shape);
                        default ->
                            throw new UserException(file.path() + ": tensor '" + entry.name() + "' is " + entry.dtype()
                                    + "; weights are F32, F16 or BF16");
                    };
            // A mapped array must stay the very handle that DJL made: only that one keeps the mapping from being
            // unmapped.
            Precision wanted = entry.dtype() == DType.BF16 && leaves ? Precision.BFLOAT16 : precision;
            return scope.keep(mapped ? stored : ops.copyTo(stored, wanted));
        }
    }
}
