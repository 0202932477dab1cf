/**
 * The style guide as a test. {@link io.cffs.test.tidy.JavaSource} is one parsed source file, a
 * {@link io.cffs.test.tidy.Rule} looks at all of them and returns {@link io.cffs.test.tidy.Finding}s, and
 * {@link io.cffs.test.tidy.Allowances} takes away those that a line of {@code allowed.txt} excuses with a reason.
 * {@code TidyTest} runs every rule over the repository; {@code RuleSamplesTest} shows for each rule a sample that it
 * refuses and one that it accepts.
 */
package io.cffs.test.tidy;
