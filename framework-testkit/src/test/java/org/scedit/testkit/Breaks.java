package org.scedit.testkit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** On a broken tuner: the rules of {@link TunerContract} that it breaks, all of them, by the names of their tests. */
@Retention(RetentionPolicy.RUNTIME)
@interface Breaks {
    String[] value();
}
