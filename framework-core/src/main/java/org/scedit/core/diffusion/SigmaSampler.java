package org.scedit.core.diffusion;

/** A sampler that places its steps by noise level, σ = √((1−ᾱ)/ᾱ), rather than by timestep. */
public interface SigmaSampler extends Sampler {
    /** σ of each of {@link #timesteps()}, falling, and what the last step leads to. */
    double[] sigmas();
}
