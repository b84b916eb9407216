/**
 * The procedural picture world: {@linkplain org.scedit.core.scenes.SceneSampler scenes} of a few coloured shapes, their
 * {@linkplain org.scedit.core.scenes.SceneRenderer pictures} in several styles, {@linkplain
 * org.scedit.core.scenes.Captions captions} and {@linkplain org.scedit.core.scenes.ConditionMaps condition maps}, and
 * two judges of pictures drawn by a model: {@linkplain org.scedit.core.scenes.SceneChecker whether} the right objects
 * are there, and {@linkplain org.scedit.core.scenes.StyleStatistics how near} their style is to another's.
 *
 * <p>Everything is a function of its arguments, to the last pixel, on every platform.
 */
package org.scedit.core.scenes;
