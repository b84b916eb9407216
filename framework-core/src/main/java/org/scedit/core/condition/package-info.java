/**
 * What control tuners are conditioned on: which {@linkplain org.scedit.core.condition.Condition conditions} the tuners
 * of a recipe take, and how the maps of each are made, for training and for drawing.
 */
package org.scedit.core.condition;
