package org.scedit.core.measure;

import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;

/** What pictures are drawn of: held-out pictures, their captions and condition maps. All depend on the number alone. */
interface Subject {
    /** How many there are at most. */
    int size();

    /** What is drawn from. */
    String prompt(int index);

    /** The held-out picture, of the size that is drawn. */
    Picture target(int index);

    /** Its map, of the same size. */
    Picture map(Condition condition, int index);
}
