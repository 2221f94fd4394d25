return await Mahavishnu.Agents.Cli.CommandLine.RunAsync(args);
