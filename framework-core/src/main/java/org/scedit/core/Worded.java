package org.scedit.core;

/** An enum constant that is written otherwise than its Java name says, such as {@code dpm++-2m}. */
public interface Worded {
    /** As people write it. */
    String word();
}
