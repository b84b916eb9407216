package org.scedit.core.recipe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a sealed interface of records: the key whose value chooses the record. A record's word is its name without the
 * interface's, in lower case with hyphens: {@code FolderData} of {@code Data} is {@code folder}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface ChosenBy {
    /** The choosing key. */
    String value();
}
