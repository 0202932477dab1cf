package io.cffs.daemon.cli;

import java.util.Locale;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What an option is when it is not given: {@code --invocation-id} is CFFS_INVOCATION_ID of the environment. */
record OptionDefaults(Surroundings around) implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option ? around.variable(variableOf(option.longestName())) : null;
    }

    static String variableOf(String option) {
        return "CFFS_" + option.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
