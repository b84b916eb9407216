package org.scedit.core.model;

import org.scedit.core.engine.Ops;

/**
 * What modules need while a model is built.
 *
 * @param parameters where they declare their parameters and layers
 * @param ops        what they compute with
 */
record ModelBuilder(ParameterSet parameters, Ops ops) {
    ModelBuilder() {
        this(new Ops());
    }

    ModelBuilder(Ops ops) {
        this(new ParameterSet(), ops);
    }
}
