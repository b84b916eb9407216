/**
 * Weights on disk: the safetensors format, read by mapping and written whole or not at all; PyTorch files, read without
 * running them; folders of weights and a configuration, as other tools write them; and the conversions between
 * 16-bit and 32-bit numbers. Knows nothing of the tensor engine.
 *
 * <p>The format: 8 bytes with the header's length {@code n} (little endian), {@code n} bytes of JSON that map each
 * tensor's name to {@code {"dtype", "shape", "data_offsets": [begin, end]}} (offsets count from the end of the header),
 * then the tensors' bytes, little endian, rows first, without holes. Free text is under {@code "__metadata__"}.
 */
package org.scedit.core.weights;
