/**
 * Models in one file of the original Latent Diffusion layout (Stable Diffusion 1.x, 2.x, SDXL): what they are is told
 * from names and shapes, and their parts are offered under diffusers' names. No names are tabulated: each map follows
 * the structure of its network.
 */
package org.scedit.core.model.single;
