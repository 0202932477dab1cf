package io.cffs.daemon.cli;

import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Every way in which a command fails becomes one sentence on standard error and an exit status. */
record Sentences(Surroundings around) implements IParameterExceptionHandler, IExecutionExceptionHandler {
    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        String sentence = failure.getMessage().lines().findFirst().orElse("wrong arguments");
        sentence = sentence.replaceFirst("^Invalid value for ", "wrong value for ");
        sentence = sentence.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + sentence.substring(1);
        say(sentence.replaceFirst("\\.$", "") + "; see '" + line.getCommandSpec().qualifiedName() + " --help'");
        trace(failure);
        // Checkers have their own numbers, as fsck(8) says.
        int own = line.getCommandSpec().exitCodeOnInvalidInput();
        return own == CommandLine.ExitCode.USAGE ? Exit.USAGE : own;
    }

    /** The status of a command that failed, which is told. */
    int failed(Exception failure) {
        trace(failure);
        return told(failure);
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
        trace(failure);
        int own = line.getCommandSpec().exitCodeOnExecutionException();
        int status = told(failure);
        return own == CommandLine.ExitCode.SOFTWARE ? status : status == Exit.USAGE
                ? line.getCommandSpec().exitCodeOnInvalidInput() : own;
    }

    private int told(Exception failure) {
        return switch (failure) {
            case Failure known -> tell(known.getMessage(), known.status());
            case BackendException lost -> tell(lost.getMessage(), statusOf(lost.kind()));
            case IOException io -> tell(sentenceOf(io), Exit.UNAVAILABLE);
            case InterruptedException interrupted -> tell("interrupted", Exit.SIGNALLED + 2);
            default -> tell("a fault of cffs itself, " + failure + "; CFFS_DEBUG=1 shows where", Exit.SOFTWARE);
        };
    }

    static int statusOf(BackendException.Cause cause) {
        return switch (cause) {
            case UNREACHABLE, TIMED_OUT, SNAPSHOT_EXPIRED, CLOSED, NO_SPACE -> Exit.UNAVAILABLE;
            case UNKNOWN_VOLUME -> Exit.USAGE;
            case STORE_FAILED, PROTOCOL -> Exit.BAD_STORE;
            case REFUSED -> Exit.REFUSED;
        };
    }

    static String sentenceOf(IOException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case FileSystemException other when other.getReason() != null ->
                    other.getFile() + ": " + other.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }

    private int tell(String sentence, int status) {
        say(sentence);
        return status;
    }

    /** Line ends would make two messages of one. */
    void say(String sentence) {
        around.err().println("cffs: " + String.valueOf(sentence).replaceAll("\\s*\\R\\s*", " "));
        around.err().flush();
    }

    private void trace(Exception failure) {
        if (around.debug()) {
            failure.printStackTrace(around.err());
        }
    }
}
