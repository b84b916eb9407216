/**
 * The diffusion process: {@linkplain org.scedit.core.diffusion.NoiseSchedule how noise is added}, the
 * {@linkplain org.scedit.core.diffusion.Sampler samplers} that take it away, guidance, and the two schedules of
 * training (learning rate and moving average).
 *
 * <p>Latents are small, so everything here works on plain {@code float[]} and {@code double}: no tensors, no engine,
 * and the same bits on every machine. Arrays are flat; their order of elements does not matter unless said so.
 *
 * <p>Letters of the papers: {@code alphaBar → ᾱ_t} (share of the picture's variance left at timestep t),
 * {@code sample → x_t}, {@code original → x_0}, {@code noise → ε}, {@code velocity → v}.
 */
package org.scedit.core.diffusion;
