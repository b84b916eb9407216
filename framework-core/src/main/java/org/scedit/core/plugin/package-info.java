/**
 * Finds the tuners and annotators: plugin jars (PF4J, a class loader each) and plugins on the application's class path
 * become maps by id, or one error with everything that is wrong with them. Guice gets the maps from
 * {@link org.scedit.core.plugin.CoreModule}. {@link org.scedit.core.plugin.PluginProject} begins a new one.
 */
package org.scedit.core.plugin;
