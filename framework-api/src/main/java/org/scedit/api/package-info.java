/**
 * What a tuner author compiles against: the {@linkplain org.scedit.api.TunerProvider tuner SPI}, the
 * {@linkplain org.scedit.api.HookPoint hook points} of a U-Net, and trainable {@linkplain org.scedit.api.Parameters
 * parameters} and layers.
 *
 * <p>The one idea: the U-Net's forward pass is written once, in the core, and tuners hang <em>residuals</em> on it.
 * <pre>
 * skip' = skip + Σ scale_k · residual_k(skip)          at a skip connection
 * feature' = feature + Σ scale_k · residual_k(feature)  at an encoder block and the mid block
 * y'    = y    + Σ scale_k · residual_k(x, y)          at a layer
 * </pre>
 * Every residual sees the untouched value, so the order of tuners does not matter, and scale 0 is the base model.
 */
package org.scedit.api;
