package org.scedit.api;

/** A place in the U-Net's forward pass where the framework adds tuners' residuals. */
public sealed interface HookPoint permits SkipPoint, FeaturePoint, LayerPoint {
    /** The point's name in messages and listings, unique in its U-Net: {@code skip 3}, a block or a layer's diffusers path. */
    String name();
}
