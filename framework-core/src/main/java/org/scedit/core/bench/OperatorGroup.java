package org.scedit.core.bench;

import java.util.List;
import java.util.Locale;

/** What kind of work an operator of libtorch does. */
enum OperatorGroup {
    /** Scaled dot-product attention. */
    ATTENTION("attention"),
    /** Convolutions, also those computed as matrix products. */
    CONVOLUTION("conv", "im2col", "col2im"),
    /** Matrix products. */
    LINEAR("linear", "mm", "matmul"),
    /** Group and layer normalisation. */
    NORMALISATION("group_norm", "layer_norm", "groupnorm", "layernorm"),
    /** What moves numbers without computing. */
    COPIES("copy", "clone", "contiguous", "aten::to", "cat", "upsample", "fill", "zero", "pad_nd", "toCopy"),
    /** What computes each number from those at its place, and sums. */
    ELEMENTWISE(
            "silu", "gelu", "sigmoid", "softmax", "mul", "add", "sub", "div", "sqrt", "lerp", "sum", "mean", "norm",
            "loss"),
    /** Views, allocations and the machinery around the operators. */
    OTHER;

    private final List<String> words;

    OperatorGroup(String... words) {
        this.words = List.of(words);
    }

    /** The first group one of whose words is in the operator's name. */
    static OperatorGroup of(String operator) {
        String name = operator.replaceFirst("^autograd::engine::evaluate_function: ", "");
        for (OperatorGroup group : values()) {
            if (group.words.stream().anyMatch(word -> contains(name, word))) {
                return group;
            }
        }
        return OTHER;
    }

    private static boolean contains(String name, String word) {
        return name.toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT));
    }
}
