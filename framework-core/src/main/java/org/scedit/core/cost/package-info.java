/** What a training step costs, counted without weights: operations, memory, and the time they take. */
package org.scedit.core.cost;
