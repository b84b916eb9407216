package org.scedit.api;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of a weight file of any tool, whatever its container (safetensors, a PyTorch archive, a folder of a weight
 * file and a configuration).
 *
 * @param tensors  by the name in the file, in the file's order
 * @param metadata of the file; empty where the container has none
 * @param config   text of the configuration file beside it ({@code adapter_config.json}, {@code config.json},
 *     {@code configuration.json}); empty where there is none
 */
public record WeightFile(Map<String, Tensor> tensors, Map<String, String> metadata, String config) {
    /**
     * A tensor's numbers.
     *
     * @param shape  sizes of its axes; none for a scalar
     * @param values row by row; as many as the product of the sizes
     */
    public record Tensor(long[] shape, float[] values) {
        public Tensor {
            if (Arrays.stream(shape).reduce(1, (a, b) -> a * b) != values.length) {
                throw new IllegalArgumentException(
                        "a tensor of shape " + Arrays.toString(shape) + " cannot have " + values.length + " values");
            }
        }
    }

    public WeightFile {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }
}
