/**
 * Finds the tuners: plugin jars (PF4J, a class loader each) and plugins on the application's class path become one map
 * of id to provider, or one error with everything that is wrong with them. Guice gets the map from
 * {@link org.scedit.core.plugin.CoreModule}.
 */
package org.scedit.core.plugin;
