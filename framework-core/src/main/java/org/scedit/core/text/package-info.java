/**
 * Prompts to token ids: CLIP's byte-pair encoding, read from the {@code tokenizer/} folder of a model, and a trainer
 * for small vocabularies of the same kind.
 *
 * <p>Source: <em>Learning Transferable Visual Models From Natural Language Supervision</em> (Radford et al. 2021) and
 * the tokenizer published with it.
 */
package org.scedit.core.text;
