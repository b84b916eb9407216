/**
 * Models by name: finds {@code owner/name} of a model hub in the cache that other tools share, and downloads what is
 * missing. {@link org.scedit.core.hub.HubModels} is the entrance.
 *
 * <p>The hub's HTTP interface and the cache's layout are those of the Hugging Face Hub
 * (https://huggingface.co/docs/huggingface_hub/guides/manage-cache).
 */
package org.scedit.core.hub;
