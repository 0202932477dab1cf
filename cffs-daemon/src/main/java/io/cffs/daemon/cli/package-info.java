/**
 * The {@code cffs} command: arguments in, one clear sentence and an exit status out.
 *
 * <p>{@link io.cffs.daemon.cli.Main} is the entry point that the launcher script starts. Each command is one class;
 * what they share about exit statuses is in {@link io.cffs.daemon.cli.Exit}. Nothing here knows file-system semantics.
 */
package io.cffs.daemon.cli;
