package org.scedit.core.cost;

/** Kinds of operators that run at different speeds. */
public enum Kind {
    /** Convolutions with a kernel of several pixels; in operations. */
    CONVOLUTION,
    /** Matrix products: linear layers, also per pixel; in operations. */
    LINEAR,
    /** Scaled dot-product attention; in operations. */
    ATTENTION,
    /** Normalisations, activations, sums, copies: in bytes that are read and written. */
    POINTWISE
}
