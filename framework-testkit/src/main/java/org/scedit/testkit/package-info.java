/**
 * What tests of tuners share: the {@linkplain org.scedit.testkit.TunerContract contract} that every tuner keeps, and
 * {@linkplain org.scedit.testkit.TinyUNet models} so small that a test takes milliseconds.
 */
package org.scedit.testkit;
