/**
 * Golden cases: folders of inputs and outputs recorded with the reference implementations, and the checks that run this
 * project's code on them. {@link org.scedit.testkit.golden.GoldenCases} is the way in.
 */
package org.scedit.testkit.golden;
