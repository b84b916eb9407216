/**
 * The cells of a sweep on Apache Spark: each cell a task, which runs it in a process of its own beside Spark's executor.
 * Optional: the command line finds this module by {@link java.util.ServiceLoader} where its jars are on the class path.
 */
package org.scedit.spark;
