package org.scedit.core.recipe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a record: keys of which one, and only one, must be given. In a recipe that extends another, the one given later
 * replaces the other.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface ExactlyOneOf {
    /** The keys. */
    String[] value();
}
