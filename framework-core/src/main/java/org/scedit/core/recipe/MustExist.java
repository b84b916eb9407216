package org.scedit.core.recipe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a path that must be there before anything starts. A relative path is looked up from the working directory, then
 * from the folder of the recipe that names it; the record holds the one that was found.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface MustExist {
    /** What the path must lead to. */
    Kind value();

    /** What a path can lead to. */
    enum Kind {
        FILE,
        FOLDER,
        FILE_OR_FOLDER
    }
}
