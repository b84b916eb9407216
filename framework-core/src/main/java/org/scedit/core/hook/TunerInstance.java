package org.scedit.core.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.UNet;
import org.scedit.core.weights.KeyReport;
import org.scedit.core.weights.SafetensorsFile;

/** A tuner built for one U-Net's layout, with the trainable arrays it owns. Close it to free them. */
public final class TunerInstance implements AutoCloseable {
    private final String name;
    private final String method;
    private final Tuner tuner;
    private final NDManager manager;
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    /** What still has to start as a function of the backbone's weights. */
    private final List<TunerParameters.Start> starts = new ArrayList<>();

    private <C extends Record> TunerInstance(
            String name, TunerProvider<C> provider, Record config, UNet unet, long seed) {
        this.name = name;
        method = provider.id();
        manager = Torch.newManager();
        UNetLayout layout = unet.layout();
        try {
            tuner = provider.create(
                    provider.configType().cast(config),
                    layout,
                    new TunerParameters("", arrays, starts, unet, manager, seed, unet.ops()));
            arrays.forEach((key, array) -> shapes.put(key, array.getShape()));
            for (String parameter : tuner.backboneParameters()) {
                Shape shape = layout.parameters().get(parameter);
                if (shape == null) {
                    throw new IllegalArgumentException("trains '" + parameter + "', which this U-Net does not have");
                }
                shapes.put(parameter, shape);
            }
            if (tuner.skips().isEmpty()
                    && tuner.features().isEmpty()
                    && tuner.layers().isEmpty()
                    && tuner.backboneParameters().isEmpty()) {
                throw new IllegalArgumentException(
                        "edits no skip connection, no feature, no layer and no parameter of this U-Net");
            }
        } catch (IllegalArgumentException e) {
            manager.close();
            throw new UserException("tuner '" + name + "': " + e.getMessage(), e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * Builds a fresh tuner. Needs the U-Net's structure only, no weights.
     *
     * @param name     unique among the tuners of a U-Net
     * @param provider the method
     * @param config   its settings, of the provider's type
     * @param unet     with or without weights
     * @param seed     of the initial weights
     * @throws UserException if the settings do not fit this U-Net
     */
    public static TunerInstance create(String name, TunerProvider<?> provider, Record config, UNet unet, long seed) {
        return new TunerInstance(name, provider, config, unet, seed);
    }

    /** Its name, unique among the tuners of a U-Net. */
    public String name() {
        return name;
    }

    /** The id of its method, such as {@code sc-tuner}. */
    public String method() {
        return method;
    }

    /** The tuner itself. */
    public Tuner tuner() {
        return tuner;
    }

    /** Name and shape of everything it trains, also of backbone parameters that are not yet copied. */
    public Map<String, Shape> shapes() {
        return Collections.unmodifiableMap(shapes);
    }

    /** How many numbers it trains. */
    public long parameterCount() {
        return shapes.values().stream().mapToLong(Shape::size).sum();
    }

    /**
     * The trained arrays by name, float32. Backbone parameters are among them once the tuner is attached to a U-Net with
     * weights, or loaded from a file.
     */
    public Map<String, NDArray> arrays() {
        return Collections.unmodifiableMap(arrays);
    }

    /** Marks all arrays as trained (or no longer). */
    public void setTrainable(boolean trainable) {
        arrays.values().forEach(array -> array.setRequiresGradient(trainable));
    }

    /** Sets what starts as a function of the backbone's weights; once, and not what was loaded meanwhile. */
    void startFrom(Function<String, NDArray> backbone, Ops ops) {
        for (TunerParameters.Start start : starts) {
            try (Scope scope = new Scope()) {
                NDArray frozen = ops.to(backbone.apply(start.backbone()), Precision.FLOAT32);
                Ops.copyInto(start.array(), start.initial().apply(frozen));
            }
        }
        starts.clear();
    }

    /** The trained copy of a backbone parameter; made from {@code base} at the first call. */
    NDArray backbone(String parameter, NDArray base, Ops ops) {
        return arrays.computeIfAbsent(parameter, key -> {
            NDArray copy = ops.copyTo(base, Precision.FLOAT32);
            copy.attach(manager);
            return copy;
        });
    }

    /**
     * Replaces its weights by those of a file.
     *
     * @throws UserException if a key of the file is left over, one of its own is missing or a size differs; then nothing
     *     is changed
     */
    public void load(SafetensorsFile file) {
        Map<String, Shape> found = new LinkedHashMap<>();
        file.entries().forEach((key, entry) -> found.put(key, new Shape(entry.shape())));
        load(found, file::floats, file.path().toString());
    }

    /**
     * Replaces its weights by the given ones.
     *
     * @param weights by its own names
     * @param origin  where they are from, such as a file, for messages
     * @throws UserException if a weight is left over, one of its own is missing or a size differs; then nothing is
     *     changed
     */
    public void load(Map<String, WeightFile.Tensor> weights, String origin) {
        Map<String, Shape> found = new LinkedHashMap<>();
        weights.forEach((key, tensor) -> found.put(key, new Shape(tensor.shape())));
        load(found, key -> weights.get(key).values(), origin);
    }

    private void load(Map<String, Shape> found, Function<String, float[]> values, String origin) {
        requireFit(found, origin);
        for (String key : shapes.keySet()) {
            NDArray present = arrays.get(key);
            if (present == null) {
                arrays.put(key, Torch.of(manager, values.apply(key), shapes.get(key)));
            } else {
                Torch.overwrite(present, values.apply(key));
            }
        }
        starts.clear();
    }

    private void requireFit(Map<String, Shape> found, String origin) {
        var report = new KeyReport();
        Set<String> missing = new LinkedHashSet<>(shapes.keySet());
        found.forEach((key, shape) -> {
            Shape expected = shapes.get(key);
            if (expected == null) {
                report.unexpected(key);
            } else if (!shape.equals(expected)) {
                report.misfit(key, shape, expected);
            }
            missing.remove(key);
        });
        report.missing(missing);
        report.text().ifPresent(text -> {
            throw new UserException(origin + ": does not fit tuner '" + name + "' (" + method + ")\n" + text
                    + "\nnothing was loaded; use the base model and the settings it was trained with");
        });
    }

    @Override
    public void close() {
        manager.close();
    }
}
