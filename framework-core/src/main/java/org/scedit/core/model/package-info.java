/**
 * The parts of a latent diffusion model, built from their {@code config.json} with diffusers' names: U-Net,
 * autoencoder and text encoder, each with one forward pass.
 */
package org.scedit.core.model;
