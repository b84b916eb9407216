package org.scedit.testkit;

/** The settings of a {@link Bystander}: none. */
record BystanderConfig() {}
