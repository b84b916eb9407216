package org.scedit.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a recipe's key means and takes; on a component of a configuration record. {@code scedit plugins ID} prints it,
 * and the recipe's checks use it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** Marks a setting without default: the recipe must give it. */
    String REQUIRED = "\0required";

    /** One sentence: the meaning and the unit. */
    String value();

    /** The default as YAML, such as {@code "1.0"} or {@code "[]"}. */
    String defaultsTo() default REQUIRED;

    /** The smallest value a number may have. */
    double min() default Double.NEGATIVE_INFINITY;

    /** The largest value a number may have. */
    double max() default Double.POSITIVE_INFINITY;

    /** Whether {@link #min} itself is refused. */
    boolean aboveMin() default false;
}
