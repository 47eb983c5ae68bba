"""Jobs on the command line: `python -m flows.jobs list | show | pause | resume | cancel | retry | limits`."""

from flows.cli.jobs import main

if __name__ == "__main__":
    main()
