package org.scedit.core.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.UserException;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.weights.SafetensorsFile;

/** A tuner built for one U-Net's layout, with the trainable arrays it owns. Close it to free them. */
public final class TunerInstance implements AutoCloseable {
    private static final int SHOWN = 8;

    private final String name;
    private final String method;
    private final Tuner tuner;
    private final NDManager manager;
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private <C extends Record> TunerInstance(
            String name, TunerProvider<C> provider, Record config, UNetLayout layout, long seed) {
        this.name = name;
        method = provider.id();
        manager = Torch.newManager();
        try {
            tuner = provider.create(
                    provider.configType().cast(config),
                    layout,
                    new TunerParameters("", arrays, manager, seed, new Ops()));
            arrays.forEach((key, array) -> shapes.put(key, array.getShape()));
            for (String parameter : tuner.backboneParameters()) {
                Shape shape = layout.parameters().get(parameter);
                if (shape == null) {
                    throw new IllegalArgumentException("trains '" + parameter + "', which this U-Net does not have");
                }
                shapes.put(parameter, shape);
            }
            if (tuner.skips().isEmpty()
                    && tuner.layers().isEmpty()
                    && tuner.backboneParameters().isEmpty()) {
                throw new IllegalArgumentException("edits no skip connection, no layer and no parameter of this U-Net");
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
     * Builds a fresh tuner. Needs the U-Net's layout only, no weights.
     *
     * @param name     unique among the tuners of a U-Net
     * @param provider the method
     * @param config   its settings, of the provider's type
     * @param layout   the U-Net's
     * @param seed     of the initial weights
     * @throws UserException if the settings do not fit this U-Net
     */
    public static TunerInstance create(
            String name, TunerProvider<?> provider, Record config, UNetLayout layout, long seed) {
        return new TunerInstance(name, provider, config, layout, seed);
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
        List<String> unexpected = new ArrayList<>();
        List<String> misfits = new ArrayList<>();
        List<String> missing = new ArrayList<>(shapes.keySet());
        for (SafetensorsFile.Entry entry : file.entries().values()) {
            Shape expected = shapes.get(entry.name());
            if (expected == null) {
                unexpected.add(entry.name());
                continue;
            }
            missing.remove(entry.name());
            Shape found = new Shape(entry.shape());
            if (!found.equals(expected)) {
                misfits.add(entry.name() + " is " + found + ", this U-Net and these settings need " + expected);
            }
        }
        List<String> problems = new ArrayList<>();
        describe(problems, unexpected, "that this tuner does not have");
        describe(problems, missing, "missing");
        describe(problems, misfits, "of another size");
        if (!problems.isEmpty()) {
            throw new UserException(file.path() + ": does not fit tuner '" + name + "' (" + method + ")\n"
                    + String.join("\n", problems)
                    + "\nnothing was loaded; use the base model and the settings it was trained with");
        }
        for (String key : shapes.keySet()) {
            NDArray present = arrays.get(key);
            if (present == null) {
                arrays.put(key, Torch.of(manager, file.floats(key), shapes.get(key)));
            } else {
                Torch.overwrite(present, file.floats(key));
            }
        }
    }

    private static void describe(List<String> problems, List<String> names, String what) {
        if (!names.isEmpty()) {
            problems.add("  " + names.size() + " weights " + what + ": "
                    + String.join(", ", names.subList(0, Math.min(SHOWN, names.size())))
                    + (names.size() > SHOWN ? ", ..." : ""));
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
