/** What a model folder or a tuner file holds, told without loading the model. */
package org.scedit.core.inspect;
