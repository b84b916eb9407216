package org.scedit.core.hook;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.core.engine.Torch;
import org.scedit.core.weights.SafetensorsWriter;

/** Writes tuners to safetensors files; {@link TunerInstance#load} reads them. */
public final class TunerFiles {
    private TunerFiles() {}

    /**
     * Writes all of a tuner's weights in float32.
     *
     * @param metadata what the file says of itself: method, settings, base model, versions
     */
    public static void write(TunerInstance tuner, Path file, Map<String, String> metadata) {
        Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
        tuner.arrays()
                .forEach((name, array) -> tensors.put(
                        name,
                        SafetensorsWriter.Tensor.f32(
                                Torch.floats(array), array.getShape().getShape())));
        SafetensorsWriter.write(file, tensors, metadata);
    }
}
